/** Who works at the desk, and what may be changed about whom. Pure. */

export type Role = "owner" | "staff" | "reader";
export const ROLES: readonly Role[] = ["owner", "staff", "reader"];

export interface Person {
  account: string;
  name: string;
  email: string;
  role: Role;
  disabled: boolean;
  totp: boolean;
  last_login_at?: string | null;
}

export interface Invited {
  invitation: string;
  email?: string | null;
  name?: string | null;
  role: Role;
  expires_at: string;
  by?: string | null;
}

export interface People {
  people: readonly Person[];
  invitations: readonly Invited[];
}

/** Owners first, then by name; who may not log in any more at the end. */
export function inOrder(people: readonly Person[], locale: string): readonly Person[] {
  const rank = (person: Person) => (person.disabled ? 10 : ROLES.indexOf(person.role));
  return [...people].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, locale));
}

/** Whether he is the last who can change people: nobody would be left to undo it. */
export function lastOwner(people: readonly Person[], account: string): boolean {
  const owners = people.filter((person) => person.role === "owner" && !person.disabled);
  return owners.length === 1 && owners[0]?.account === account;
}

/** Whether somebody's role or access may be changed by this reader: by owners, never their own. */
export function mayChange(
  me: { account: string; role: Role },
  people: readonly Person[],
  account: string,
): boolean {
  return me.role === "owner" && me.account !== account && !lastOwner(people, account);
}
