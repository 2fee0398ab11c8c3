import path from "node:path";
import { watch } from "chokidar";

/** Changes this close together are one, ms. */
const debounceMs = 75;

/**
 * Watches a folder, also one that is deleted and comes back. Hidden files and installed packages do not count.
 * @returns what ends it
 */
export function watchFolder(
  root: string,
  on: { onReady(): void; onChange(): void; onProblem(error: string): void },
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let broken = false;
  const watcher = watch(path.dirname(root), {
    ignoreInitial: true,
    ignored(file) {
      const inParent = path.relative(path.dirname(root), file);
      if (inParent === "") return false;
      const inRoot = path.relative(root, file);
      if (inRoot.startsWith("..")) return true;
      return inRoot.split(path.sep).some((part) => part.startsWith(".") || part === "node_modules");
    },
  });
  watcher.on("ready", on.onReady);
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(on.onChange, debounceMs);
  });
  watcher.on("error", (error) => {
    if (broken) return;
    broken = true;
    on.onProblem(error instanceof Error ? error.message : String(error));
    void watcher.close();
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
