"""Upload and download, the same for both audiences; their doors differ."""

import hashlib
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.files.api.serializers import FileSerializer, UploadFileSerializer
from apps.files.errors import FileEmpty, FileTooLarge, FileTypeRefused, RangeNotSatisfiable, TooManyUploads
from apps.files.models import File
from apps.files.selectors import readable_file
from apps.files.sending import RANGE, send_file
from apps.files.services.upload import upload_file
from kernel.errors import NotFound
from kernel.files import OWNERS
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import validated
from kernel.http.views import APIView

ANY_TYPE = "*/*"  # the type is the file's own
BYTES = OpenApiResponse(
    OpenApiTypes.BINARY, description="The bytes, with `ETag`, `Accept-Ranges`, `Content-Disposition`"
)


def _told_apart(request: Any) -> bytes:
    """What makes two uploads one: kind, name and content."""
    values = validated(UploadFileSerializer, request.data)
    digest = hashlib.sha256()
    for block in values["file"].chunks():
        digest.update(block)
    return b"\0".join((values["owner_type"].encode(), values["file"].name.encode(), digest.digest()))


@extend_schema(tags=["files"])
class UploadFileView(APIView):
    """文件上传: a file that something of the product will take."""

    parser_classes = [MultiPartParser]

    @command(
        body=UploadFileSerializer, answer=FileSerializer, status=201, idempotent=True, atomic=False,
        content=_told_apart, raises=(NotFound, FileEmpty, FileTooLarge, FileTypeRefused, TooManyUploads),
    )  # fmt: skip
    def post(self, *, owner_type: str, file: Any) -> File:
        """上传文件 Upload a file; it is deleted after a day unless something takes it."""
        user: Any = self.request.user
        owner = OWNERS.get(owner_type)
        if owner is None or not owner.may_add(user):
            raise NotFound(field="owner_type")
        return upload_file(owner, upload=file, name=file.name, uploader_id=user.pk)

    def replay(self, made: UUID) -> File:
        """The file that the first request made."""
        return File.objects.get(pk=made)


@extend_schema(tags=["files"])
class FileView(APIView):
    """文件: what is known of it."""

    @extend_schema(responses=FileSerializer)
    def get(self, request: Any, file_id: UUID) -> Response:
        """文件信息 Name, type, size and checksum; 404 for who may not read it."""
        file, _ = readable_file(file_id, request.user)
        return Response(FileSerializer(file).data)


@extend_schema(tags=["files"])
class FileContentView(APIView):
    """文件下载: the content."""

    @extend_schema(
        parameters=RANGE,
        responses={
            (200, ANY_TYPE): BYTES,
            (206, ANY_TYPE): BYTES,
            304: OpenApiResponse(description="Nothing has changed."),
        },
    )
    @raises(RangeNotSatisfiable)
    def get(self, request: Any, file_id: UUID) -> HttpResponseBase:
        """下载文件 The content, whole or a range of it; recorded. 404 for who may not read it."""
        file, owner = readable_file(file_id, request.user)
        return send_file(request, file, owner, user_id=request.user.pk)
