"""The tables of a record, and what makes them of those of earlier versions."""

from __future__ import annotations

VERSION = 6

_TABLES = """
create table task (
    name text not null, run text not null, outcome text not null, reason text, duration real,
    attempts integer, log text, size integer, captured text, digest blob, at real, home text,
    place text not null default '', primary key (run, name)
) without rowid;
create table attempt (
    name text not null, run text not null, number integer not null, at real not null,
    seconds real not null, reason text, place text not null default '',
    primary key (run, name, number)
) without rowid;
create table latest (
    name text not null, home text not null, run text not null, started text not null,
    succeeded text not null, seconds real, primary key (name, home)
) without rowid;
create index unended on run (id) where ended is null;
create view held as
select name, coalesce(home, '') as home, run,
    case when attempts > 0 then run else '' end as started,
    case when outcome = 'succeeded' then run else '' end as succeeded,
    case when outcome = 'succeeded' then duration end as seconds
from task;
create view known as
select name, home, run, started, succeeded, seconds from latest union all
select name, home, run, started, succeeded, seconds from held
where run in (select id from run where ended is null)
"""

SCHEMA = f"""
create table run (
    id text primary key, started real not null, ended real, ok integer, stopped integer, holds text
) without rowid;
create table mark (
    book text not null, name text not null, state text not null, run text not null,
    holder text not null, boot text not null, key blob not null, about text not null,
    inputs text not null, outputs text, captured blob, primary key (book, name)
);
{_TABLES}
"""
"""What makes a new record.

What a run writes in `task` and `attempt` lies together; their columns are in the order of earlier
versions, of which a runner may be at work while a record is brought up. By name lies in `latest`
what is asked of a task without knowing the run: the last run that held it, the last that started
it, and the last in which it succeeded, with the seconds of that; each empty if there is none. A run
is counted in there when it ends, or has died and another begins: `known` has the others, too. Of one
that has died, `ok` is not known.
"""

STEPS = (
    """
alter table task add column at real;
create table attempt (
    name text not null, run text not null, number integer not null, at real not null,
    seconds real not null, reason text, primary key (name, run, number)
) without rowid;
create table mark (
    book text not null, name text not null, state text not null, run text not null,
    holder text not null, boot text not null, key blob not null, about text not null,
    inputs text not null, outputs text, captured blob, primary key (book, name)
)
""",
    """
alter table task add column home text
""",
    """
alter table task add column place text not null default '';
alter table attempt add column place text not null default ''
""",
    """
alter table run add column holds text
""",
    f"""
alter table task rename to task_by_name;
alter table attempt rename to attempt_by_name;
{_TABLES};
insert into latest
select name, coalesce(home, ''), max(run), max(case when attempts > 0 then run else '' end),
    max(case when outcome = 'succeeded' then run else '' end), null
from task_by_name group by name, coalesce(home, '');
update latest set seconds = (
    select duration from task_by_name as task
    where task.name = latest.name and task.run = latest.succeeded
);
insert into latest
select name, '', '', '', '', seconds from pace
where name not in (select name from latest where seconds is not null)
on conflict (name, home) do update set seconds = excluded.seconds;
drop table pace;
insert into task
select name, run, outcome, reason, duration, attempts, log, size, captured, digest, at, home, place
from task_by_name order by run, name;
drop table task_by_name;
insert into attempt
select name, run, number, at, seconds, reason, place
from attempt_by_name order by run, name, number;
drop table attempt_by_name
""",  # noqa: S608 - of our own parts
)
"""What makes each version of the one before it, from the second on."""
