from apps.files.states import FileState
from kernel.words import acts, objects, of, operations, properties, resources, values

properties(
    file=("文件", "File"), file_id=("文件标识", "File id"), file_name=("文件名", "File name"),
    file_type=("文件类型", "File type"), media_type=("内容类型", "Media type"), size=("字节数", "Size in bytes"),
    checksum=("校验值 (SHA-256)", "Checksum (SHA-256)"), owner_type=("所属类型", "Owner kind"),
    owner_type_name=("所属类型名称", "Owner kind's name"),
)  # fmt: skip
of("File", name=("文件名", "File name"))

resources(files=("文件", "file", "files"))

operations(
    files_create=("上传文件", "Upload a file"), files_content_retrieve=("下载文件", "Download a file"),
    pictures_retrieve=("查看图片", "Show a picture"),
)  # fmt: skip

values(FileState, {
    "staged": ("暂存", "Staged"), "attached": ("使用中", "In use", "success"),
    "deleted": ("已删除", "Deleted", "danger"),
})  # fmt: skip

objects({
    "files.file": ("文件", "File"),
})  # fmt: skip
acts(
    download=("下载", "Downloaded"),
)  # fmt: skip
of("Problem", found=("文件实际类型", "Found type"))
