"""Wordings of the letters of 追回 and 限制申报."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0028_risk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lettertemplate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receipt", "收件回执"),
                    ("acceptance", "受理通知书"),
                    ("leeway", "容缺受理通知书"),
                    ("correction", "一次性补正告知书"),
                    ("decline", "不予受理通知书"),
                    ("refusal", "不予兑现决定书"),
                    ("notice", "奖补资金兑现通知书"),
                    ("payment", "拨付通知"),
                    ("objection", "异议答复书"),
                    ("rec_filed", "立案通知书"),
                    ("rec_proposal", "拟处理告知书"),
                    ("rec_hearing", "听证告知书"),
                    ("rec_convene", "听证通知书"),
                    ("rec_decision", "追回决定书"),
                    ("rec_service", "送达回证"),
                    ("rec_urge", "催告书"),
                    ("rec_plan", "分期退回协议"),
                    ("rec_transfer", "移送函"),
                    ("rec_closed", "结案通知书"),
                    ("restrict", "限制申报决定书"),
                    ("unrestrict", "解除限制申报决定书"),
                    ("batch", "公示公告"),
                    ("funds", "资金安排表"),
                ],
                max_length=12,
                verbose_name="文种",
            ),
        ),
    ]
