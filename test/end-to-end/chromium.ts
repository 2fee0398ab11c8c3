import path from "node:path";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

/** What keeps a browser from starting here, as `npm test` found out; empty when nothing does. */
export const missingSystemPackages = process.env.OPENCLAW_MISSING_SYSTEM_PACKAGES ?? "";

/** A Chromium of its own, with its profile in `folder`. */
export async function launchChromium(folder: string): Promise<Browser> {
  return puppeteer.launch({
    executablePath: await chromium.executablePath(),
    userDataDir: path.join(folder, "browser"),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
