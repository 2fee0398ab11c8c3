import { fileURLToPath } from "node:url";

/**
 * The folder of the built page: `index.html` and `assets/`. It exists once the package is built; the Gateway answers
 * 503 with the command to build it until then.
 * @returns an absolute path
 */
export function webRoot(): string {
  return fileURLToPath(new URL("../dist/ui", import.meta.url));
}
