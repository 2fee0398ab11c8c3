/** What of a node says who is meant. */
export interface NameableNode {
  nodeId: string;
  displayName?: string | undefined;
  remoteIp?: string | undefined;
  connected?: boolean | undefined;
}

/** Shortest beginning of an id that stands for it. */
const minPrefixChars = 6;

/**
 * The node somebody means: by its id, address, name (case and punctuation do not matter) or the beginning of its id.
 * Where several have a name, the one that is connected is meant.
 * @throws Error with a text that names the nodes there are
 */
export function findNode<N extends NameableNode>(nodes: readonly N[], query: string | undefined): N {
  const wanted = query?.trim() ?? "";
  if (wanted === "") throw new Error("node required");
  const exact = nodes.find(({ nodeId }) => nodeId === wanted);
  if (exact) return exact;
  const name = normalized(wanted);
  const found = nodes.filter(
    ({ nodeId, remoteIp, displayName }) =>
      remoteIp === wanted ||
      (name !== "" && normalized(displayName ?? "") === name) ||
      (wanted.length >= minPrefixChars && nodeId.startsWith(wanted)),
  );
  const connected = found.filter((node) => node.connected === true);
  const [only, ...others] = connected.length > 0 ? connected : found;
  if (only && others.length === 0) return only;
  if (only) throw new Error(`ambiguous node: ${wanted} (matches: ${names(found)})`);
  throw new Error(`unknown node: ${wanted} (known: ${names(nodes) || "none"})`);
}

function normalized(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
}

function names(nodes: readonly NameableNode[]): string {
  return nodes.map(({ displayName, remoteIp, nodeId }) => displayName ?? remoteIp ?? nodeId).join(", ");
}
