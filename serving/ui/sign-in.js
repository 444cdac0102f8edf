// @ts-check
/** @import { Session } from '../api/wire.ts' */
import { ask, storedKey, storeKey, textOf } from './api.js';
import { byId, el, notice } from './dom.js';

/** @typedef {NonNullable<Session['role']>} Role */

/** From least to most. @type {Role[]} */
const ROLES = ['viewer', 'expert', 'operator', 'admin'];

/**
 * Whether a session has at least a role.
 * @param {Session} session
 * @param {Role} role
 */
export function hasRole(session, role) {
  return session.role !== null && ROLES.indexOf(session.role) >= ROLES.indexOf(role);
}

/**
 * Shows in the header who is signed in, or a form for a key, and in demo mode a banner; then starts the page.
 * @param {(session: Session) => void | Promise<void>} start called again after each change of the key; what it throws is
 *   shown in the banner
 */
export async function signIn(start) {
  const corner = byId('session');
  const banner = byId('banner');
  let session;
  try {
    session = await ask('GET /v1/session');
    banner.replaceChildren();
    if (session.mode === 'demo') {
      corner.replaceChildren();
      banner.append(
        el(
          'p',
          { class: 'banner' },
          el('strong', {}, 'Demo without keys. '),
          'Anyone who reaches this server can do everything. It only listens on this machine.',
        ),
      );
    } else corner.replaceChildren(session.role === null ? keyForm() : signedIn(session));
    if (session.role === null)
      banner.append(el('p', { class: 'banner' }, 'This server requires an API key. Enter yours above.'));
  } catch (error) {
    if (storedKey() !== null) {
      // With a revoked key, even this request is refused.
      storeKey(null);
      corner.replaceChildren(keyForm(textOf(error)));
      return;
    }
    banner.replaceChildren(notice('bad', textOf(error), () => signIn(start)));
    return;
  }
  try {
    await start(session);
  } catch (error) {
    banner.append(notice('bad', textOf(error), () => signIn(start)));
  }

  /** @param {Session} session */
  function signedIn(session) {
    const signOut = el('button', { type: 'button', class: 'plain' }, 'Forget the key');
    signOut.addEventListener('click', () => {
      storeKey(null);
      signIn(start);
    });
    return el('p', { class: 'who' }, `${session.owner} (${session.role}) `, signOut);
  }

  /** @param {string} [problem] */
  function keyForm(problem) {
    const input = /** @type {HTMLInputElement} */ (
      el('input', {
        id: 'key',
        type: 'password',
        autocomplete: 'off',
        spellcheck: 'false',
        required: true,
        'aria-describedby': problem === undefined ? undefined : 'key-problem',
      })
    );
    const form = el(
      'form',
      { class: 'key-form' },
      el('label', { for: 'key' }, 'API key'),
      input,
      el('button', { type: 'submit' }, 'Use'),
      problem === undefined ? null : el('p', { id: 'key-problem', class: 'bad', role: 'alert' }, problem),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      storeKey(input.value.trim());
      signIn(start);
    });
    return form;
  }
}
