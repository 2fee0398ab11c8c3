// Small durable files of a channel's own: an entry by itself, so that who needs none does not load it.
export {
  type AtomicWriteOptions,
  ensurePrivateDir,
  readJsonFile,
  writeFileAtomic,
} from "@openclaw/storage";
