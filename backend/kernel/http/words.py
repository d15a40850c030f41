"""Words of what every document has: ids, names, pages, problems."""

from kernel.words import choices, of, properties

properties(
    id=("标识", "Id"), name=("名称", "Name"), code=("编码", "Code"), title=("标题", "Title"), kind=("类型", "Kind"),
    type=("类型", "Type"), state=("状态", "State"), status=("状态", "Status"), version=("版本", "Version"),
    text=("内容", "Text"), value=("值", "Value"), label=("显示名称", "Label"), note=("备注", "Note"),
    reason=("原因", "Reason"), description=("说明", "Description"), count=("数量", "Count"), total=("合计", "Total"),
    items=("明细", "Items"), rows=("行", "Rows"), row=("行", "Row"), lines=("明细", "Lines"), line=("行号", "Line"),
    values=("值", "Values"), changes=("修改内容", "Changes"), number=("序号", "Number"), order=("顺序", "Order"),
    sort=("排序", "Sort order"), position=("位次", "Position"), level=("级别", "Level"), key=("键", "Key"),
    is_active=("启用", "In force"), created_at=("创建时间", "Created"), updated_at=("修改时间", "Changed"),
    starts_at=("开始时间", "Starts"), ends_at=("结束时间", "Ends"), started_at=("开始时间", "Started"),
    ended_at=("结束时间", "Ended"), expires_at=("到期时间", "Expires"), finished_at=("完成时间", "Finished"),
    date=("日期", "Date"), day=("日期", "Day"), days=("天数", "Days"), at=("时间", "Time"),
    until=("截止时间", "Until"), amount_fen=("金额", "Amount"), quantity=("数量", "Quantity"), unit=("单位", "Unit"),
    currency=("币种", "Currency"), results=("结果", "Results"), page=("页码", "Page"),
    page_size=("每页条数", "Rows a page"), count_capped=("数量已封顶", "Count is capped"),
    has_next=("有下一页", "Has a next page"), next=("下一页", "Next page"), previous=("上一页", "Previous page"),
    cursor=("游标", "Cursor"), ordering=("排序方式", "Ordering"), search=("搜索", "Search"),
    detail=("详情", "Detail"), errors=("字段错误", "Field errors"), field=("字段", "Field"),
    message=("提示", "Message"), request_id=("请求标识", "Request id"), file_format=("文件格式", "File format"),
    colour=("颜色", "Colour"), icon=("图标", "Icon"), url=("地址", "Address"), uri=("地址", "URI"),
    source=("来源", "Source"), source_id=("来源标识", "Source id"), target_id=("目标标识", "Target id"),
    category=("类别", "Category"), stage=("阶段", "Stage"), role=("角色", "Role"), scope=("范围", "Scope"),
    first=("第一个", "First"), second=("第二个", "Second"), left=("剩余", "Left"), kept=("保留", "Kept"),
    changed=("已修改", "Changed"), created=("新增", "Created"), failed=("失败", "Failed"), sent=("已发送", "Sent"),
    zh=("中文名", "Chinese name"), en=("英文名", "English name"), ids=("标识列表", "Ids"),
    codes=("编码列表", "Codes"), required=("必填", "Required"), minimum=("最小值", "Minimum"),
    maximum=("最大值", "Maximum"), default=("默认值", "Default"), choices=("可选值", "Choices"),
    module=("模块", "Module"),
)  # fmt: skip
properties(**{
    "Idempotency-Key": ("幂等键", "Idempotency key"), "Range": ("字节范围", "Range of bytes"),
    "If-Range": ("范围条件", "Condition of the range"), "If-None-Match": ("缓存标记", "Entity tag"),
})  # fmt: skip  # fmt: skip  # fmt: skip  # fmt: skip
of(
    "Problem", type=("错误类型地址", "Type"), title=("错误名称", "Title"), status=("HTTP 状态码", "HTTP status"),
    code=("错误码", "Error code"),
)  # fmt: skip
of("ProblemItem", code=("错误码", "Error code"))
choices({"csv": ("CSV", "CSV"), "xlsx": ("Excel", "Excel")})
choices({"id": ("最早在前", "The oldest first"), "-id": ("最新在前", "The newest first")})
of(
    "Problem", current=("当前状态", "Current state"), target=("目标状态", "Wanted state"),
    used_by=("占用者类型", "Kind of user"), used_by_name=("占用者", "In use by"),
    limit=("上限", "Limit"), allowed=("允许次数", "Allowed"),
)  # fmt: skip
