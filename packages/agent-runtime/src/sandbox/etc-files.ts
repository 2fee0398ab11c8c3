import { readFile } from "node:fs/promises";
import type { BwrapSettings } from "./bwrap-settings.ts";

/** Files of `/etc` that are made for one sandbox, so that it learns nothing about the users and networks of the machine. */
export async function etcFiles(options: {
  settings: BwrapSettings;
  user: { uid: number; gid: number };
  workdir: string;
}): Promise<Record<string, string>> {
  const { settings, user, workdir } = options;
  const { shareNetwork, dns } = settings;
  const name = user.uid === 0 ? "root" : "sandbox";
  const users = [
    `${name}:x:${user.uid}:${user.gid}:${name}:${workdir}:/bin/sh`,
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
  ];
  const groups = [`${user.gid === 0 ? "root" : "sandbox"}:x:${user.gid}:`, "nogroup:x:65534:"];
  const hosts = shareNetwork ? await systemFile("/etc/hosts") : "127.0.0.1 localhost\n::1 localhost\n";
  const servers = dns?.map((server) => `nameserver ${server}\n`).join("");
  return {
    passwd: lines(users),
    group: lines(groups),
    hosts: `${hosts.trimEnd()}\n127.0.1.1 sandbox\n${settings.hosts.map(({ ip, name: host }) => `${ip} ${host}\n`).join("")}`,
    "resolv.conf": servers ?? (shareNetwork ? await systemFile("/etc/resolv.conf") : ""),
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
  };
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

async function systemFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
