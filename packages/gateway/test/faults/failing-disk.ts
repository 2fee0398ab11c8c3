import fs from "node:fs";
import { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** A disk whose files under one directory can be made to fail. */
export interface FailingDisk {
  state: DiskState;
}

/** `full`: takes no more data. `unsynced`: takes data, and fails when it is to be forced to the medium. */
export type DiskState = "good" | "full" | "unsynced";

/**
 * Makes the file functions of this process behave as on a disk that can be full: a write is taken in part, then refused
 * with ENOSPC. Files can still be created, as directories have space of their own. Call it before anything else is
 * imported that writes.
 */
export async function installFailingDisk(directory: string): Promise<FailingDisk> {
  const disk: FailingDisk = { state: "good" };
  const paths = new Map<number, string>();
  const { openSync, writeSync, writeFileSync } = fs;
  const isRefused = (target: unknown) => {
    const path = typeof target === "number" ? paths.get(target) : String(target);
    return disk.state === "full" && path?.startsWith(directory) === true;
  };
  const noSpace = () =>
    Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      errno: -28,
      syscall: "write",
    });

  fs.openSync = (path, ...rest) => {
    const fd = openSync(path, ...rest);
    paths.set(fd, String(path));
    return fd;
  };
  fs.writeSync = ((fd: number, data: string | Uint8Array, ...rest: number[]) => {
    if (!isRefused(fd)) return Reflect.apply(writeSync, fs, [fd, data, ...rest]);
    const [offset = 0, length = data.length] = rest;
    if (typeof data === "string" || length < 2) throw noSpace();
    return Reflect.apply(writeSync, fs, [fd, data, offset, 1]);
  }) as typeof fs.writeSync;
  fs.writeFileSync = (file, ...rest) => {
    if (isRefused(file)) throw noSpace();
    writeFileSync(file, ...rest);
  };

  const { fdatasync } = fs;
  fs.fdatasync = ((fd: number, callback: fs.NoParamCallback) => {
    if (disk.state === "good") fdatasync(fd, callback);
    else process.nextTick(callback, noSpace());
  }) as typeof fs.fdatasync;

  // The class of file handles is reachable through a handle alone.
  const handle = await open(process.execPath, "r");
  const FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ["writeFile", "appendFile", "write"]) {
    const original = FileHandle[name];
    FileHandle[name] = function (this: { fd: number }, ...args: unknown[]) {
      // Handles do not know their paths; the Gateway uses them for files of the state directory alone.
      return disk.state === "full" ? Promise.reject(noSpace()) : Reflect.apply(original, this, args);
    };
  }
  syncBuiltinESMExports();
  return disk;
}
