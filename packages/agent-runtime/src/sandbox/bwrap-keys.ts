import type { DockerConfig } from "./sandbox-config.ts";

export type KeyTreatment = "honoured" | "emulated" | "refused";

/** What bubblewrap makes of one `docker.*` key. */
export interface BwrapKey {
  key: keyof DockerConfig;
  treatment: KeyTreatment;
  /** For the manual: how, and within which bounds. */
  note: string;
}

/** Every `docker.*` key, once. The manual shows the same table, and a test holds it to this one. */
export const bwrapKeys: readonly BwrapKey[] = [
  { key: "image", treatment: "refused", note: "there is no image: programs are those of this machine" },
  { key: "containerPrefix", treatment: "honoured", note: "begins the name of the state folder" },
  { key: "workdir", treatment: "honoured", note: "where the workspace is mounted" },
  { key: "readOnlyRoot", treatment: "honoured", note: "`false` is refused" },
  { key: "tmpfs", treatment: "honoured", note: "with `size=` and `mode=`; other options are refused" },
  { key: "network", treatment: "honoured", note: "`none` or `host`; any other name is refused" },
  { key: "user", treatment: "emulated", note: "numeric `uid:gid` inside the user namespace; names are refused" },
  { key: "capDrop", treatment: "honoured", note: "all capabilities are dropped in any case" },
  { key: "env", treatment: "honoured", note: "" },
  {
    key: "setupCommand",
    treatment: "emulated",
    note: "once per workspace and settings; keeps only what it writes there",
  },
  { key: "pidsLimit", treatment: "emulated", note: "a delegated cgroup, else `prlimit`, which does not bind root" },
  { key: "memory", treatment: "emulated", note: "a delegated cgroup, else `prlimit` (address space of each process)" },
  { key: "memorySwap", treatment: "refused", note: "" },
  { key: "cpus", treatment: "emulated", note: "a delegated cgroup; refused without one" },
  { key: "ulimits", treatment: "emulated", note: "`prlimit`; limits cannot be raised" },
  { key: "seccompProfile", treatment: "honoured", note: "a compiled filter; a Docker profile in JSON is refused" },
  { key: "apparmorProfile", treatment: "refused", note: "" },
  { key: "dns", treatment: "emulated", note: "a `resolv.conf` written for the sandbox" },
  { key: "extraHosts", treatment: "emulated", note: "a `hosts` file written for the sandbox" },
  { key: "binds", treatment: "honoured", note: "absolute paths with `ro` or `rw`" },
];
