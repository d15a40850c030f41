"""Files that hang on rows of patients."""

from kernel.files import FileOwner, define_owner, nobody

#: A file of patients is never given back as it came: its rows are, with what was wrong with them. What its bytes look
#: like is said by kernel.sheets, which reads it; text may well contain what looks like a page.
IMPORT_FILE = define_owner(
    FileOwner(
        "patients.import", "患者导入文件", "File of imported patients",
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip", "text/plain",
            "text/html",
        ),
        30 * 1024 * 1024, nobody, is_sealed=True,
    )
)  # fmt: skip
#: Text may look like a page by what its cells say; it is sent as CSV.
IMPORT_RESULT = define_owner(
    FileOwner(
        "patients.import_result", "患者导入结果", "Results of imported patients",
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/plain", "text/html"),
        200 * 1024 * 1024, nobody, is_sealed=True,
    )
)  # fmt: skip
