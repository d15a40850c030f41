from kernel.errors import DomainError


class FileRefused(DomainError):
    """A content that is not taken in."""


class FileEmpty(FileRefused):
    code, status = "file_empty", 400
    zh, en = "文件是空的", "The file is empty."


class FileTooLarge(FileRefused):
    """`limit`: bytes."""

    code, status = "file_too_large", 413
    members = ("limit",)
    zh, en = "文件过大,最多 {limit} 字节", "The file is too large; at most {limit} bytes."


class FileTypeRefused(FileRefused):
    """`found`: what the content is, whatever its name; `accepted`: what is taken."""

    code, status = "file_type_refused", 400
    members = ("found", "accepted")
    zh, en = "不支持的文件类型,可上传:{accepted}", "This type of file is not taken; these are: {accepted}."


class TooManyUploads(DomainError):
    code, status = "too_many_uploads", 429
    zh, en = "未使用的上传过多,请稍后再试", "Too many uploads are not in use yet; try again later."


class RangeNotSatisfiable(DomainError):
    """`Content-Range` says how many bytes there are."""

    code, status = "range_not_satisfiable", 416
    zh, en = "请求的字节范围不存在", "The file has no such bytes."
