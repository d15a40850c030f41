from apps.imports.models import DuplicatePolicy, RowOutcome
from apps.imports.states import ImportState
from kernel.words import objects, of, properties, technical, values

properties(
    applied_at=("导入时间", "Applied"), bad_count=("错误行数", "Bad rows"), cell=("单元格内容", "Cell"),
    checked_at=("检查时间", "Checked"), column=("列", "Column"), duplicate_count=("重复行数", "Duplicate rows"),
    duplicates=("重复处理方式", "Duplicates"), failure=("失败原因", "Failure"), form=("模板", "Form"),
    form_name=("模板名称", "Form"), good_count=("可导入行数", "Good rows"), imported_count=("已导入行数", "Imported"),
    left_out=("未导入的列", "Left out"), result_ready=("结果表已生成", "Result is ready"),
    row_count=("总行数", "Number of rows"), skip_bad_rows=("跳过错误行", "Skip bad rows"),
)  # fmt: skip
of("ImportProblem", row=("行号", "Row"))
of("Finding", row=("表格行号", "Row of the table"), line=("文本行号", "Line of the text"))

values(DuplicatePolicy, {"skip": ("跳过", "Skip"), "error": ("视为错误", "An error")})
values(RowOutcome, {
    "good": ("可导入", "Good", "success"), "bad": ("有错误", "Bad", "danger"),
    "duplicate": ("重复", "Duplicate", "warning"),
})  # fmt: skip
values(ImportState, {
    "checking": ("检查中", "Being checked", "info"), "checked": ("已检查", "Checked", "warning"),
    "applying": ("导入中", "Being applied", "info"), "applied": ("已导入", "Applied", "success"),
    "rejected": ("无法导入", "Rejected", "danger"), "cancelled": ("已放弃", "Cancelled"),
})  # fmt: skip

objects({"imports.importjob": ("导入", "Import")})

technical("ImportProblem", "code")
of(
    "Problem", bad=("错误行数", "Bad rows"), why=("原因代码", "Code of the reason"),
    said=("原因说明", "Reason in words"),
)  # fmt: skip
