// @ts-check
import { ask, storedKey, storeKey, textOf } from './api.js';
import { byId, el, notice } from './dom.js';

/** @typedef {{ mode: 'keys' | 'demo', owner: string | null, role: string | null }} Session */

const ROLES = ['viewer', 'expert', 'operator', 'admin'];

/**
 * Whether a session may do what a role may.
 * @param {Session} session
 * @param {string} role
 */
export function may(session, role) {
  return session.role !== null && ROLES.indexOf(session.role) >= ROLES.indexOf(role);
}

/**
 * Shows who is here, the banner of the demo or the field for a key, and starts the page once somebody is known.
 * @param {(session: Session) => void} start called again after each change of the key
 */
export async function openSession(start) {
  const corner = byId('session');
  const banner = byId('banner');
  try {
    const session = /** @type {Session} */ (await ask('/v1/session'));
    banner.replaceChildren();
    if (session.mode === 'demo') {
      corner.replaceChildren();
      banner.append(
        el(
          'p',
          { class: 'banner' },
          el('strong', {}, 'Demo without keys. '),
          'Whoever reaches this server may do everything. It listens on this machine only.',
        ),
      );
    } else corner.replaceChildren(session.role === null ? keyForm() : known(session));
    if (session.role === null)
      banner.append(el('p', { class: 'banner' }, 'This server asks for an API key. Enter yours above.'));
    start(session);
  } catch (error) {
    if (storedKey() !== null) {
      // A key that was revoked would refuse even the question who one is.
      storeKey(null);
      corner.replaceChildren(keyForm(textOf(error)));
      return;
    }
    banner.replaceChildren(notice('bad', textOf(error), () => openSession(start)));
  }

  /** @param {Session} session */
  function known(session) {
    const forget = el('button', { type: 'button', class: 'plain' }, 'Forget the key');
    forget.addEventListener('click', () => {
      storeKey(null);
      openSession(start);
    });
    return el('p', { class: 'who' }, `${session.owner} (${session.role}) `, forget);
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
      openSession(start);
    });
    return form;
  }
}
