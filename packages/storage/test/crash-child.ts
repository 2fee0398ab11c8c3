// Writes to every kind of durable file as fast as it can and says on stdout what it was told is stored, until killed.
// Arguments: the directory, a number that no other child of this directory has.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { GroupCommit, JsonlFile, systemClock, writeFileAtomicSync } from "../src/index.ts";
import { openCrashStores, payloadFor } from "./crash-stores.ts";

const [dir = "", life = ""] = process.argv.slice(2);
const stores = openCrashStores(dir, {
  commit: new GroupCommit(),
  clock: systemClock,
  onProblem: (problem) => {
    if (problem.kind !== "torn-line") throw new Error(problem.message);
  },
});
const lines = JsonlFile.open(join(dir, "lines.jsonl"), { header: { format: 1 } });

const ack = (...words: (string | number)[]) => {
  writeSync(1, `${words.join(" ")}\n`);
};

// What a former life left unfinished is worked off like after a real start.
for (const { id } of stores.journal.open().slice(0, 5)) {
  ack("attempt", id, stores.journal.attempt(id));
  stores.journal.settle(id, "done", { result: payloadFor(id) });
  ack("settled", id);
}

for (let i = 0; ; i += 1) {
  const id = `${life}.${i}`;
  stores.journal.accept({ id, source: "test", payload: payloadFor(id) });
  ack("accepted", id);

  const items = [0, 1, 2].map((part) => ({
    id: `${id}.${part}`,
    chat: `chat${i % 3}`,
    channel: "test",
    payload: payloadFor(`${id}.${part}`),
  }));
  const enqueued = stores.outbox.enqueue(items);
  ack("enqueued", ...items.map((item) => item.id));

  // Every seventh entry stays open, every third item unsent: the files must keep them through all rotations.
  if (i % 7 !== 0) {
    stores.journal.settle(id, "done", { result: payloadFor(id) });
    ack("settled", id);
  }
  for (const item of items.slice(1)) {
    stores.outbox.failedAttempt(item.id);
    stores.outbox.markSent(item.id, `m-${item.id}`);
    ack("sent", item.id);
  }

  const key = `key${i % 10}`;
  const put = stores.kv.put(key, { id, payload: payloadFor(id) });
  const append = stores.log.append({ id, payload: payloadFor(id) });

  lines.append({ id, n: 1 }, { id, n: 2 });
  ack("lines", id);
  if (i % 4 === 0) {
    writeFileAtomicSync(join(dir, "whole.json"), JSON.stringify({ id, payload: payloadFor(id) }), { fsync: false });
    ack("whole", id);
  }

  if (i % 5 !== 0) continue;
  const [revision, offset] = await Promise.all([put, append, enqueued]);
  ack("put", key, revision, id);
  ack("logged", offset, id);
}
