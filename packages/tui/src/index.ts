export { type FooterFacts, footerParts } from "./footer.ts";
export { type Line, readLine } from "./read-line.ts";
export { type ConnectionEvents, runTui, type TuiConnection, type TuiOptions } from "./run-tui.ts";
export type { ColorLevel } from "./theme.ts";
