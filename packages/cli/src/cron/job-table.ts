import type { CronJob } from "@openclaw/protocol";

const columns = [
  ["ID", 36],
  ["Name", 24],
  ["Schedule", 32],
  ["Next", 10],
  ["Last", 10],
  ["Status", 9],
  ["Target", 9],
  ["Agent", 10],
] as const;

/** The table of `cron list`, its heading first. */
export function jobTable(jobs: readonly CronJob[], now: number): string[] {
  const line = (cells: readonly string[]) =>
    columns
      .map(([, width], index) => cut(cells[index] ?? "", width).padEnd(width))
      .join(" ")
      .trimEnd();
  return [
    line(columns.map(([title]) => title)),
    ...jobs.map((job) =>
      line([
        job.id,
        job.name,
        scheduleText(job.schedule),
        relative(job.enabled ? job.state.nextRunAtMs : undefined, now),
        relative(job.state.lastRunAtMs, now),
        statusText(job),
        job.sessionTarget,
        job.agentId ?? "default",
      ]),
    ),
  ];
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

function scheduleText(schedule: CronJob["schedule"]): string {
  switch (schedule.kind) {
    case "at":
      return `at ${schedule.at.slice(0, 16).replace("T", " ")}Z`;
    case "every":
      return `every ${interval(schedule.everyMs)}`;
    case "cron":
      return `cron ${schedule.expr}${schedule.tz === undefined ? "" : ` @ ${schedule.tz}`}`;
    default: {
      const never: never = schedule;
      return never;
    }
  }
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** The largest unit that needs no fraction: `2h`, `90m`, `1500ms`. */
function interval(ms: number): string {
  const unit = units.find(([, size]) => ms % size === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}

function relative(at: number | undefined, now: number): string {
  if (at === undefined) return "-";
  const distance = Math.abs(at - now);
  const unit = units.slice(0, 3).find(([, size]) => distance >= size);
  const span = unit === undefined ? "<1m" : `${Math.floor(distance / unit[1])}${unit[0]}`;
  return at >= now ? `in ${span}` : `${span} ago`;
}

function statusText({ enabled, state }: CronJob): string {
  if (!enabled) return "disabled";
  return state.runningAtMs === undefined ? (state.lastStatus ?? "idle") : "running";
}
