/** From least to most: each role may do everything that those before it may. */
export const ROLES = ['viewer', 'expert', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** What a route requires of its caller. `public` requires nothing; `hook` the hook token or the role operator. */
export type Access = Role | 'public' | 'hook';

/** Who calls. In demo mode every caller is `demo`, an admin without a key. */
export interface Caller {
  /** Id of the key, or `demo`. */
  id: string;
  /** Person or system that the key was made for; scores are stored under this name. */
  owner: string;
  role: Role;
}

export const DEMO_CALLER: Caller = { id: 'demo', owner: 'demo', role: 'admin' };

/** A service that authenticated with the hook token or a signature. */
export const HOOK_CALLER: Caller = { id: 'hook', owner: 'hook', role: 'operator' };

/** Whether a role is sufficient. */
export function allows(role: Role, access: Access): boolean {
  return access === 'public' || ROLES.indexOf(role) >= ROLES.indexOf(access === 'hook' ? 'operator' : access);
}
