import fs from "node:fs";
import { run, step } from "./run.mjs";

/** Debian packages that tests need, and what shows whether they are there. */
const NEEDED = [
  { name: "libnss3", present: () => sharedLibrary("libnss3.so") },
  { name: "libnspr4", present: () => sharedLibrary("libnspr4.so") },
  { name: "bubblewrap", present: () => fs.existsSync("/usr/bin/bwrap") },
  { name: "openssl", present: () => fs.existsSync("/usr/bin/openssl") },
];

/**
 * Installs what is missing when this is Debian and we are root; elsewhere the tests that need it say so and are skipped.
 * @returns {Promise<string[]>} the packages that are still missing
 */
export async function ensureSystemPackages() {
  const missing = () => NEEDED.filter((item) => !item.present()).map((item) => item.name);
  const wanted = missing();
  if (wanted.length === 0) return [];
  const debian = process.platform === "linux" && fs.existsSync("/usr/bin/apt-get");
  if (!debian || process.getuid?.() !== 0) return wanted;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await step(`system packages ${wanted.join(", ")}`, async () => {
    const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", ...wanted], { env });
    if ((await install()).code === 0) return;
    await run("apt-get", ["update"], { env });
    await install();
  });
  return missing();
}

function sharedLibrary(name) {
  return ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].some((folder) =>
    fs.existsSync(`${folder}/${name}`),
  );
}
