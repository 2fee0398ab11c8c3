import { PermissionFlagsBits as p } from "discord-api-types/v10";
import { describe, expect, it } from "vitest";
import { permissionBits, permissionNames } from "./permissions.ts";

const facts = {
  isOwner: false,
  guildId: "1",
  selfId: "9",
  memberRoles: ["2"],
  roles: [
    { id: "1", permissions: String(p.ViewChannel) },
    { id: "2", permissions: String(p.SendMessages) },
    { id: "3", permissions: String(p.Administrator) },
  ],
  overwrites: [],
};
const names = (more: Partial<Parameters<typeof permissionBits>[0]>) =>
  permissionNames(permissionBits({ ...facts, ...more }));

describe("permissions in a channel", () => {
  it("are those of everybody and of the bot's own roles", () => {
    expect(names({})).toEqual(["ViewChannel", "SendMessages"]);
  });

  it("are all for the owner and for administrators", () => {
    expect(names({ isOwner: true })).toContain("BanMembers");
    expect(names({ memberRoles: ["3"] })).toContain("BanMembers");
  });

  it("follow overwrites: for everybody, then roles, then the member", () => {
    const deny = { id: "1", allow: "0", deny: String(p.ViewChannel | p.SendMessages) };
    const role = { id: "2", allow: String(p.ViewChannel), deny: "0" };
    const self = { id: "9", allow: String(p.AttachFiles), deny: String(p.ViewChannel) };
    expect(names({ overwrites: [deny] })).toEqual([]);
    expect(names({ overwrites: [role, deny] })).toEqual(["ViewChannel"]);
    expect(names({ overwrites: [self, role, deny] })).toEqual(["AttachFiles"]);
  });
});
