"""Files as both audiences see them."""

from rest_framework import serializers

from apps.files.models import File
from kernel.errors import in_english
from kernel.files import OWNERS
from kernel.http.serializers import ModelSerializer, Serializer


class FileSerializer(ModelSerializer):
    """文件: what is known of a stored file; `media_type` and `checksum` are the content's."""

    owner_type_name = serializers.SerializerMethodField(help_text="in the language of the request")

    class Meta:
        model = File
        fields = [
            "id", "owner_type", "owner_type_name", "name", "media_type", "size", "checksum", "state", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_owner_type_name(self, file: File) -> str:
        owner = OWNERS[file.owner_type]
        return owner.en if in_english() else owner.zh


class UploadFileSerializer(Serializer):
    """A file, and the kind of thing it is meant for."""

    owner_type = serializers.CharField(
        max_length=64, help_text="which types and sizes are taken follows from it"
    )
    file = serializers.FileField(help_text="recognised by its content, not by its name")
