"""The working-day table becomes each authority's own, with years declared complete; running cases get their clocks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

LENGTHS = {"submitted": 5, "correcting": 10, "verifying": 20, "proposed": 10, "granted": 15}  # as of this migration


def give_days_to_every_authority(apps, schema_editor):
    """A day entered for all counted for all: write it down for each authority."""
    CalendarDay, Authority = apps.get_model("applications", "CalendarDay"), apps.get_model("applications", "Authority")
    shared = list(CalendarDay.objects.filter(authority=None))
    CalendarDay.objects.filter(authority=None).delete()
    for authority in Authority.objects.all():
        CalendarDay.objects.bulk_create(
            CalendarDay(authority=authority, day=row.day, working=row.working, note=row.note) for row in shared
        )
    if schema_editor.connection.vendor == "postgresql":  # it alters no table that has checks outstanding
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def start_the_clocks(apps, schema_editor):
    """Give every running case the clock of its step, and the one that rests behind a correction."""
    Application, Clock = apps.get_model("applications", "Application"), apps.get_model("applications", "Clock")
    ClockPause, Event = apps.get_model("applications", "ClockPause"), apps.get_model("applications", "Event")
    running = Application.objects.filter(status__in=[*LENGTHS, "noticed"], clocks=None).select_related("authority")
    for case in running.iterator(chunk_size=500):
        began = {
            event.after: timezone.localdate(event.at)
            for event in Event.objects.filter(application=case).exclude(after="").order_by("sequence")
        }

        def clock(step, due_on, case=case, began=began):
            length = case.authority.notice_days if step == "noticed" else LENGTHS[step]
            return Clock.objects.create(
                application=case, step=step, started_on=began[step], unit="working", length=length, due_on=due_on
            )

        if case.status in began:
            clock(case.status, case.due_on)
        if case.status == "correcting" and case.correcting_from in began:
            rests = clock(case.correcting_from, None)
            ClockPause.objects.create(clock=rests, reason="correction", since=began["correcting"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_guards_of_the_decision")]

    operations = [
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("declared_at", models.DateTimeField(verbose_name="启用时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_years",
                        to="applications.authority",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "年度工作日安排", "verbose_name_plural": "年度工作日安排", "ordering": ["year"]},
        ),
        migrations.AddConstraint(
            model_name="calendaryear",
            constraint=models.UniqueConstraint(fields=("authority", "year"), name="one_declaration_per_year"),
        ),
        migrations.AddField(
            model_name="calendarday",
            name="authority",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calendar_days",
                to="applications.authority",
            ),
        ),
        migrations.AlterField(model_name="calendarday", name="day", field=models.DateField(verbose_name="日期")),
        migrations.RunPython(give_days_to_every_authority, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="calendarday",
            name="authority",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calendar_days",
                to="applications.authority",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.UniqueConstraint(fields=("authority", "day"), name="one_nature_per_day"),
        ),
        migrations.RunPython(start_the_clocks, migrations.RunPython.noop),
    ]
