// Preloaded (`node --import`) into every program that `pnpm compat` starts: sockets to anything but this machine are
// refused, and each attempt is noted as a line `<target> <program>` in the file that `?log=` of its address names.
import fs from "node:fs";
import net from "node:net";

const log = new URL(import.meta.url).searchParams.get("log");
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const host = hostOf(args);
  if (host === undefined || isThisMachine(host)) return connect.apply(this, args);
  if (log) fs.appendFileSync(log, `${host} ${process.argv.slice(1, 4).join(" ")}\n`);
  process.nextTick(() => this.destroy(new Error(`connections to ${host} are blocked during the compatibility check`)));
  return this;
};

/** The host a `connect` call names; undefined for a local socket file. */
function hostOf(args) {
  // Node's own callers pass the normalised form: one array of [options, callback].
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === "object" && first !== null) return first.path ? undefined : (first.host ?? "localhost");
  if (typeof first === "number") return typeof second === "string" ? second : "localhost";
  return undefined;
}

function isThisMachine(host) {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i.test(host);
}
