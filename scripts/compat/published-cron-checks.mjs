import { expect } from "./check-report.mjs";
import { createPublishedCli } from "./published-cli.mjs";

/** `cron …` of the published command line: a job from its first day to its last, run by our Gateway. */
export async function checkPublishedCron({ gateway, reference, model, node, folder, report }) {
  const { check } = report;
  report.section(`openclaw ${reference.version}, jobs`);
  const cli = createPublishedCli({
    node,
    cli: reference.cli,
    folder,
    name: "cron-cli",
    config: { gateway: { mode: "remote", remote: { url: gateway.url, token: gateway.token } } },
  });
  const message = "what the job says to the model";
  let job;

  await check("cron add --every … --system-event …: a job of the main session", async () => {
    const reminder = ["--session", "main", "--system-event", "Stretch"];
    const added = await cli.json("cron", "add", "--name", "Reminder", "--every", "1h", ...reminder);
    expect(added.enabled && added.schedule.kind === "every" && added.schedule.everyMs === 3_600_000, "hourly", added);
    expect(added.payload.kind === "systemEvent" && added.payload.text === "Stretch", "the event", added.payload);
  });
  await check("cron add --cron … --tz … --message …: a job of its own session", async () => {
    const when = ["--cron", "0 7 * * *", "--tz", "Europe/Berlin"];
    const what = ["--session", "isolated", "--message", message, "--no-deliver"];
    job = await cli.json("cron", "add", "--name", "Morning", ...when, ...what);
    expect(job.schedule.expr === "0 7 * * *" && job.schedule.tz === "Europe/Berlin", "the schedule", job.schedule);
    expect(job.payload.message === message && job.delivery.mode === "none", "message, no delivery", job);
    expect(job.state.nextRunAtMs > job.createdAtMs, "when it is due", job.state);
  });
  await check("cron list --json, cron list", async () => {
    const { jobs } = await cli.json("cron", "list");
    const names = jobs.map(({ name }) => name).sort();
    expect(names.join() === "Morning,Reminder", "both jobs", names);
    const table = await cli.text("cron", "list");
    expect(/Morning\s+cron 0 7 \* \* \* @ Europe\/Berlin\s+in /.test(table), "its row with schedule and time", table);
  });
  await check("cron run: the job's turn goes to the model; cron runs tells how it went", async () => {
    const before = model.heard(message);
    const ran = JSON.parse(await cli.text("cron", "run", job.id));
    expect(ran.ok === true && ran.ran === true, "ran", ran);
    expect(model.heard(message) === before + 1, "one request to our model provider", model.heard(message));
    const { entries } = JSON.parse(await cli.text("cron", "runs", "--id", job.id));
    expect(entries.length === 1 && entries[0].status === "ok", "one run, ok", entries);
    expect(entries[0].summary.includes(message) && entries[0].sessionKey, "what was said, and where", entries[0]);
  });
  await check("cron edit --name … --disable: not listed but with --all", async () => {
    const edited = JSON.parse(await cli.text("cron", "edit", job.id, "--name", "Evening", "--disable"));
    expect(edited.name === "Evening" && edited.enabled === false, "renamed, disabled", edited);
    const { jobs } = await cli.json("cron", "list");
    expect(!jobs.some(({ id }) => id === job.id), "enabled jobs alone", jobs);
    const { jobs: all } = await cli.json("cron", "list", "--all");
    expect(
      all.some(({ id }) => id === job.id),
      "the disabled job",
      all,
    );
  });
  await check("cron rm, cron status", async () => {
    const removed = await cli.json("cron", "rm", job.id);
    expect(removed.ok === true && removed.removed === true, "removed", removed);
    const status = await cli.json("cron", "status");
    expect(status.enabled === true && status.jobs === 1, "one job left", status);
  });
}
