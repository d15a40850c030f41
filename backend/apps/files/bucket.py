"""Files in a bucket of an S3-compatible service. Loaded only where the settings choose it: its library is large."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import structlog
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from kernel.errors import ServiceUnavailable

log = structlog.get_logger(__name__)


class BucketStorage(S3Storage):
    """A private bucket that holds nothing else. ServiceUnavailable while the service is away or refuses."""

    def __init__(self, *, addressing: str = "auto", **options: Any) -> None:
        config = Config(
            s3={"addressing_style": addressing},
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            # services beside the original one refuse checksums that trail the body
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        transfer = TransferConfig(use_threads=False)  # parts are read in turn: one of them is in memory
        super().__init__(client_config=config, transfer_config=transfer, **options)

    def _save(self, name: str, content: Any) -> str:
        with _reached():
            stored: str = super()._save(name, content)
            return stored

    def delete(self, name: str) -> None:
        """Also what is not there."""
        with _reached():
            super().delete(name)

    def open_at(self, name: str, start: int = 0, length: int | None = None) -> IO[bytes]:
        """The content from byte `start` on, `length` bytes of it (None: all), fetched as a range; FileNotFoundError."""
        wanted = f"bytes={start}-{'' if length is None else start + length - 1}"
        with _reached(name):
            opened: IO[bytes] = self.bucket.Object(self._key(name)).get(Range=wanted)["Body"]
            return opened

    def written_before(self, folder: str, moment: dt.datetime) -> Iterator[str]:
        """Names below the folder whose content is older than that."""
        with _reached():
            for each in self.bucket.objects.filter(Prefix=self._key(f"{folder}/")):
                if each.last_modified < moment:
                    yield each.key

    def _key(self, name: str) -> str:
        key: str = self._normalize_name(clean_name(name))
        return key


@contextmanager
def _reached(name: str | None = None) -> Iterator[None]:
    """Around a call of the service. With `name`, what is not there is FileNotFoundError."""
    try:
        yield
    except ClientError as error:
        if name is not None and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(name) from error
        log.exception("bucket_refused")
        raise ServiceUnavailable(retry_after=5) from error
    except BotoCoreError as error:
        log.exception("bucket_unavailable")
        raise ServiceUnavailable(retry_after=5) from error
