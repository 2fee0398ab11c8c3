import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Room for young objects, in bytes: twice the half-space of 8 MB that is in use at a time. */
const enoughBytes = 16 * 1024 * 1024;

/**
 * Keeps the engine from setting aside ever more memory for young objects: under load it doubles their space until it
 * takes 130 MB, and gives none of it back while the Gateway is at rest. A larger one saves little: what a turn leaves
 * behind is gone long before.
 *
 * The size cannot be set any more once the process runs, but the factor by which it grows is read anew each time.
 * @returns what ends it
 */
export function limitYoungHeap(): () => void {
  let growing = true;
  const observer = new PerformanceObserver(() => {
    const { space_size: size = 0 } = getHeapSpaceStatistics().find((space) => space.space_name === "new_space") ?? {};
    // The engine shrinks the space when there is nothing to do; it may then grow again.
    const grow = size < enoughBytes;
    if (grow !== growing) setGrowth(grow);
  });
  const setGrowth = (grow: boolean) => {
    growing = grow;
    setFlagsFromString(`--semi-space-growth-factor=${grow ? 2 : 1}`);
  };
  observer.observe({ entryTypes: ["gc"] });
  return () => {
    observer.disconnect();
    if (!growing) setGrowth(true);
  };
}
