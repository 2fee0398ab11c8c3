// Which layer may import which: a package imports lower layers only, except for the sideways pairs named here.
import fs from "node:fs";

const layers = [
  ["protocol", "log", "net", "storage"],
  ["plugin-sdk", "client", "config"],
  ["models", "sessions", "approvals"],
  ["agent-runtime", "media"],
  ["setup", "plugins", "automation", "mcp", "memory", "browser", "skills"],
  ["gateway", "node-host", "acp"],
  ["cli", "tui"],
];
/** The entry files that packages export. */
const entries = fs
  .readdirSync("packages")
  .filter((name) => fs.existsSync(`packages/${name}/package.json`))
  .flatMap((name) => {
    const { exports } = JSON.parse(fs.readFileSync(`packages/${name}/package.json`, "utf8"));
    return Object.values(exports).flatMap((entry) =>
      entry["@openclaw/source"] ? [`^packages/${name}/${entry["@openclaw/source"].slice(2)}$`] : [],
    );
  });
const test = "\\.test\\.tsx?$|/test/|/testing/";
const inPackages = (names) => `^packages/(${names.join("|")})/`;

const upward = layers.flatMap((names, level) => {
  const above = layers.slice(level + 1).flat();
  return above.length === 0
    ? []
    : [
        {
          name: `layer-${level}-imports-upward`,
          severity: "error",
          comment: "a package may import lower layers only",
          from: { path: inPackages(names), pathNot: test },
          to: { path: [inPackages(above), "^apps/"] },
        },
      ];
});
const sideways = [
  { from: "client", pathNot: ["config", "plugin-sdk"] },
  { from: "config", pathNot: ["client", "plugin-sdk"] },
  { from: "models", pathNot: ["sessions", "approvals"] },
  { from: "sessions", pathNot: ["models", "approvals"] },
  { from: "approvals", pathNot: ["models", "sessions"] },
].map(({ from, pathNot }) => ({
  name: `${from}-imports-sideways`,
  severity: "error",
  from: { path: `^packages/${from}/`, pathNot: test },
  to: { path: inPackages(pathNot) },
}));

export default {
  forbidden: [
    ...upward,
    ...sideways,
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "channels-know-the-sdk-alone",
      severity: "error",
      from: { path: "^(packages/channel-(?!testkit)|plugins/)", pathNot: test },
      to: { path: "^packages/(?!plugin-sdk|channel-)" },
    },
    {
      name: "no-deep-imports-between-packages",
      severity: "error",
      from: { path: "^packages/([^/]+)/", pathNot: test },
      to: {
        path: "^packages/([^/]+)/src/",
        pathNot: ["^packages/$1/", ...entries],
      },
    },
    {
      name: "production-does-not-import-tests",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: test },
      to: { path: test },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|/fixtures/|node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ["@openclaw/source", "import", "node", "default"],
      exportsFields: ["exports"],
    },
  },
};
