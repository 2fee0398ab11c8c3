import { noProfiles, type ProfileFile } from "./profile-file.ts";

/** Lays files over each other; what stands in an earlier one counts. */
export function mergeProfiles(files: readonly ProfileFile[]): ProfileFile {
  const [first = noProfiles, ...rest] = files.filter((file) => file !== noProfiles);
  return rest.reduce(
    (own, other) => ({
      profiles: new Map([...other.profiles, ...own.profiles]),
      order: { ...other.order, ...own.order },
      lastGood: { ...other.lastGood, ...own.lastGood },
      stats: { ...other.stats, ...own.stats },
    }),
    first,
  );
}
