import { at, isPlainObject, type Migration, move, put, type Tree, take, textOf, textsOf } from "./tree.ts";

/** `agent`, `routing.agents` and `identity` become `agents.defaults`, `agents.list` and `tools`. */
export function migrateAgents(migration: Migration): void {
  migrateDefaultModels(migration);
  migrateModels(migration);
  for (const [from, to] of [
    ["agent.tools.allow", "tools.allow"],
    ["agent.tools.deny", "tools.deny"],
    ["agent.elevated", "tools.elevated"],
    ["agent.bash", "tools.exec"],
    ["agent.sandbox.tools", "tools.sandbox.tools"],
    ["agent.subagents.tools", "tools.subagents.tools"],
  ] as const) {
    move(migration, from, to);
  }
  const agent = migration.root.agent;
  if (isPlainObject(agent)) {
    for (const key of Object.keys(agent)) move(migration, `agent.${key}`, `agents.defaults.${key}`);
    if (Object.keys(agent).length === 0) take(migration.root, "agent");
  }
  migrateList(migration);
  migrateIdentity(migration);
  move(migration, "tools.bash", "tools.exec");
}

/** Where an agent's own model may be a text, that of the defaults is always a choice with fallbacks. */
function migrateDefaultModels(migration: Migration): void {
  const { root, changes } = migration;
  for (const kind of ["model", "imageModel"] as const) {
    const path = `agents.defaults.${kind}`;
    const chosen = textOf(at(root, path));
    if (chosen === undefined) continue;
    put(root, path, { primary: chosen, fallbacks: [] });
    changes.push(`Migrated ${path} string → ${path}.primary.`);
  }
}

/** Model names were texts and lists of texts; now a choice with fallbacks, and a table with aliases. */
function migrateModels(migration: Migration): void {
  const { root, changes } = migration;
  if (!isPlainObject(root.agent)) return;
  for (const [kind, fallbackKey] of [
    ["model", "modelFallbacks"],
    ["imageModel", "imageModelFallbacks"],
  ] as const) {
    const chosen = at(root, `agent.${kind}`);
    if (typeof chosen === "string") move(migration, `agent.${kind}`, `agents.defaults.${kind}.primary`);
    else if (isPlainObject(chosen)) {
      for (const key of Object.keys(chosen)) move(migration, `agent.${kind}.${key}`, `agents.defaults.${kind}.${key}`);
    }
    move(migration, `agent.${fallbackKey}`, `agents.defaults.${kind}.fallbacks`, textsOf);
  }
  const allowed = textsOf(at(root, "agent.allowedModels"));
  const aliases = at(root, "agent.modelAliases");
  const entries = isPlainObject(aliases) ? Object.entries(aliases) : [];
  const models = at(root, "agents.defaults.models");
  const table: Tree = isPlainObject(models) ? { ...models } : {};
  const entryOf = (ref: string): Tree => {
    const found = table[ref];
    const entry = isPlainObject(found) ? { ...found } : {};
    table[ref] = entry;
    return entry;
  };
  for (const ref of allowed) entryOf(ref);
  for (const [alias, target] of entries) {
    const ref = textOf(target);
    if (ref === undefined) continue;
    const entry = entryOf(ref);
    if (entry.alias === undefined) entry.alias = alias;
  }
  if (allowed.length + entries.length > 0) put(root, "agents.defaults.models", table);
  for (const key of ["allowedModels", "modelAliases"]) {
    if (at(root, `agent.${key}`) === undefined) continue;
    take(root, `agent.${key}`);
    const to = key === "allowedModels" ? "agents.defaults.models" : "agents.defaults.models.*.alias";
    changes.push(`Moved agent.${key} → ${to}.`);
  }
}

function migrateList({ root, changes }: Migration): void {
  const old = at(root, "routing.agents");
  const list = listOf(root);
  if (isPlainObject(old)) {
    for (const [id, value] of Object.entries(old)) {
      if (list.some((agent) => agent.id === id)) {
        changes.push(`Removed routing.agents.${id} (agents.list already has it).`);
        continue;
      }
      list.push({ id, ...agentOf(isPlainObject(value) ? value : {}) });
      changes.push(`Moved routing.agents.${id} → agents.list.`);
    }
    take(root, "routing.agents");
  }
  const defaultId = textOf(at(root, "routing.defaultAgentId"));
  if (defaultId !== undefined) {
    const marked = list.find((agent) => agent.default === true);
    if (marked) changes.push(`Removed routing.defaultAgentId (agents.list marks ${String(marked.id)} as default).`);
    else {
      let agent = list.find((each) => each.id === defaultId);
      if (!agent) {
        agent = { id: defaultId };
        list.push(agent);
      }
      agent.default = true;
      changes.push(`Moved routing.defaultAgentId → agents.list (${defaultId}).default.`);
    }
  }
  take(root, "routing.defaultAgentId");
  if (list.length > 0) put(root, "agents.list", list);
}

/** An agent as it was written below `routing.agents`. */
function agentOf({ mentionPatterns, sandbox, ...rest }: Tree): Tree {
  const agent: Tree = { ...rest };
  if (mentionPatterns !== undefined) {
    const chat = isPlainObject(rest.groupChat) ? rest.groupChat : {};
    agent.groupChat = { mentionPatterns, ...chat };
  }
  if (isPlainObject(sandbox)) {
    const { tools, ...others } = sandbox;
    if (Object.keys(others).length > 0) agent.sandbox = others;
    if (tools !== undefined) {
      const own = isPlainObject(rest.tools) ? rest.tools : {};
      agent.tools = { ...own, sandbox: { tools } };
    }
  } else if (sandbox !== undefined) agent.sandbox = sandbox;
  return agent;
}

function migrateIdentity({ root, changes }: Migration): void {
  if (root.identity === undefined) return;
  const list = listOf(root);
  let agent = list.find((each) => each.default === true) ?? list[0];
  if (!agent) {
    agent = { id: "main" };
    list.push(agent);
  }
  const place = `agents.list (${String(agent.id)}).identity`;
  if (agent.identity === undefined) {
    agent.identity = root.identity;
    changes.push(`Moved identity → ${place}.`);
  } else changes.push(`Removed identity (${place} already set).`);
  delete root.identity;
  put(root, "agents.list", list);
}

function listOf(root: Tree): Tree[] {
  const list = at(root, "agents.list");
  return Array.isArray(list) ? list.filter(isPlainObject) : [];
}
