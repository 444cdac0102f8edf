/** From least to most: each role may do what those before it may. */
export const ROLES = ['viewer', 'expert', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** What a route asks of its caller. `public` asks nothing; `hook` the token of the hooks, or an operator. */
export type Access = Role | 'public' | 'hook';

/** Who calls. In demo mode everybody is `demo`, an admin without a key. */
export interface Caller {
  /** Id of the key, or `demo`. */
  id: string;
  /** Person or system that the key was made for; the rater of its scores. */
  owner: string;
  role: Role;
}

export const DEMO_CALLER: Caller = { id: 'demo', owner: 'demo', role: 'admin' };

/** A service that came with the token of the hooks. */
export const HOOK_CALLER: Caller = { id: 'hook', owner: 'hook', role: 'operator' };

/** Whether a role is enough. */
export function allows(role: Role, access: Access): boolean {
  return access === 'public' || ROLES.indexOf(role) >= ROLES.indexOf(access === 'hook' ? 'operator' : access);
}
