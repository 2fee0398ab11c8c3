import { expect, it } from "vitest";
import { createLifeCycle } from "./life-cycle.ts";

function lifeOf(...areas: string[]) {
  const said: string[] = [];
  const errors: string[] = [];
  const life = createLifeCycle({
    error: (message: string, fields?: object) => errors.push(`${message} ${JSON.stringify(fields)}`),
  } as never);
  for (const area of areas) {
    for (const phase of ["recover", "start", "ready", "drain", "close"] as const) {
      life.on(phase, () => {
        said.push(`${area}: ${phase}`);
      });
    }
  }
  return { life, said, errors };
}

it("begins in the order of opening and ends in reverse", async () => {
  const { life, said } = lifeOf("storage", "channels");
  await life.run("recover");
  await life.run("start");
  expect(life.state).toBe("starting");
  await life.ready();
  expect(life.state).toBe("ready");
  expect(said.splice(0)).toEqual([
    "storage: recover",
    "channels: recover",
    "storage: start",
    "channels: start",
    "storage: ready",
    "channels: ready",
  ]);
  life.stopping("gateway stopping");
  expect(life).toMatchObject({ state: "stopping", endReason: "gateway stopping" });
  await life.drain();
  await life.close();
  expect(said).toEqual(["channels: drain", "storage: drain", "channels: close", "storage: close"]);
});

it("closes what was opened when a start failed, each once, whatever another one throws", async () => {
  const { life, said, errors } = lifeOf("lock");
  life.on("close", () => {
    throw new Error("the disk is gone");
  });
  expect(life.endReason).toBe("start failed");
  await life.close();
  await life.close();
  expect(said).toEqual(["lock: close"]);
  expect(errors).toEqual(['something could not be closed {"error":"Error: the disk is gone"}']);
});
