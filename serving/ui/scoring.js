// @ts-check
import { ApiError, ask, textOf } from './api.js';
import { byId, el, notice, shown } from './dom.js';
import { post, waiting } from './outbox.js';
import { Player } from './player.js';
import { openSession } from './session.js';

const RATER = 'touchline-rater';
/** Milliseconds within which a 0 after a 1 means ten. */
const TEN_MS = 900;

const form = /** @type {HTMLFormElement} */ (byId('form'));
const slider = /** @type {HTMLInputElement} */ (byId('score'));
const comment = /** @type {HTMLTextAreaElement} */ (byId('comment'));
const save = /** @type {HTMLButtonElement} */ (byId('save'));
const frames = /** @type {HTMLInputElement} */ (byId('frame'));
const message = byId('message');
const stage = byId('stage');

/** What is being scored. `score` is null until the expert has given one: a slider has no such state. */
const state = {
  product: '',
  rater: /** @type {string | undefined} */ (undefined),
  round: 1,
  clip: /** @type {import('./player.js').Clip | null} */ (null),
  score: /** @type {number | null} */ (null),
  step: 0.5,
  scale: /** @type {[number, number]} */ ([0, 10]),
  saving: false,
  oneAt: 0,
};

const player = new Player(/** @type {HTMLCanvasElement} */ (byId('player')), (frame, playing) => {
  frames.value = String(frame);
  const count = state.clip?.frames.length ?? 0;
  frames.setAttribute('aria-valuetext', `Frame ${frame + 1} of ${count}`);
  byId('frame-text').textContent = `${frame + 1} / ${count}`;
  byId('play').textContent = playing ? 'Pause' : 'Play';
});

/**
 * @param {string} text
 * @param {'empty' | 'bad' | 'good'} [kind]
 */
function tell(text, kind = 'empty') {
  message.className = `notice ${kind}`;
  message.textContent = text;
  message.hidden = text === '';
}

/** @param {number | null} score */
function setScore(score) {
  const [low, high] = state.scale;
  state.score = score === null ? null : Math.min(high, Math.max(low, score));
  byId('score-text').textContent = state.score === null ? '–' : shown(state.score);
  slider.value = String(state.score ?? (low + high) / 2);
  slider.setAttribute('aria-valuetext', state.score === null ? 'not given yet' : shown(state.score));
  slider.classList.toggle('unset', state.score === null);
  save.disabled = state.score === null || state.saving;
}

/** @param {boolean} saving */
function setSaving(saving) {
  state.saving = saving;
  form.setAttribute('aria-busy', String(saving));
  save.textContent = saving ? 'Saving…' : 'Save and next';
  slider.disabled = saving;
  comment.readOnly = saving;
  setScore(state.score);
}

/** @param {any} answer of /v1/scoring/:product/next */
function showClip(answer) {
  const { clip, done, total, scale, step, guide, note } = answer;
  byId('progress-text').textContent = `${done} of ${total} clips scored`;
  const bar = /** @type {HTMLProgressElement} */ (byId('done'));
  bar.max = Math.max(1, total);
  bar.value = done;
  state.clip = clip;
  state.scale = scale;
  state.step = step;
  byId('note').textContent = note;
  if (clip === null) {
    stage.hidden = true;
    const all =
      total === 0 ? 'There are no clips to score yet.' : `All ${total} clips are scored. Thank you.`;
    tell(all, total === 0 ? 'empty' : 'good');
    return;
  }
  stage.hidden = false;
  byId('clip-title').textContent = `${clip.action} · ${clip.id}`;
  slider.min = String(scale[0]);
  slider.max = String(scale[1]);
  slider.step = String(step);
  byId('score-label').textContent = `${scale[0]} to ${scale[1]}, in steps of ${step}`;
  byId('guide').replaceChildren(
    ...guide.map((/** @type {any} */ one) =>
      el(
        'li',
        {},
        el('strong', {}, one.from === one.to ? one.from : `${one.from}–${one.to}`),
        ` ${one.meaning}`,
      ),
    ),
  );
  frames.max = String(clip.frames.length - 1);
  comment.value = '';
  setScore(null);
  player.load(clip);
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) player.play();
}

async function next() {
  const query = new URLSearchParams({ round: String(state.round) });
  if (state.rater !== undefined) query.set('rater', state.rater);
  try {
    showClip(await ask(`/v1/scoring/${state.product}/next?${query}`));
  } catch (error) {
    stage.hidden = true;
    message.hidden = true;
    byId('start').append(notice('bad', textOf(error), retry));
  }
  function retry() {
    byId('start').querySelector('.notice')?.remove();
    next();
  }
}

/**
 * The others' scores may be seen now that one's own is in.
 * @param {string} action
 * @param {string} done
 */
async function tellOthers(action, done) {
  const query = new URLSearchParams({ action, round: String(state.round) });
  if (state.rater !== undefined) query.set('rater', state.rater);
  try {
    const { others } = await ask(`/v1/scoring/${state.product}/scores?${query}`);
    const scores = others.map((/** @type {any} */ one) => shown(one.score)).join(', ');
    tell(`${done} ${scores === '' ? 'You are the first.' : `The others: ${scores}.`}`, 'good');
  } catch {
    tell(done, 'good');
  }
}

async function submit() {
  if (state.clip === null || state.saving) return;
  if (state.score === null) {
    tell(`Give a score from ${state.scale[0]} to ${state.scale[1]} first.`, 'bad');
    slider.focus();
    return;
  }
  const action = state.clip.id;
  const score = state.score;
  setSaving(true);
  player.pause();
  try {
    const letter = {
      product: state.product,
      body: { action, score, comment: comment.value, round: state.round, rater: state.rater },
    };
    const result = await post(letter, (problem) =>
      tell(`Your score is kept here and will be sent again. ${problem}`, 'bad'),
    );
    const done =
      result === 'saved'
        ? `Saved ${shown(score)}.`
        : `Not saved: you gave this clip ${shown(result.stands)} before, and that score stands.`;
    await tellOthers(action, done);
    setSaving(false);
    await next();
    slider.focus();
  } catch (error) {
    setSaving(false);
    tell(textOf(error), 'bad');
  }
}

/** Scores that an earlier visit could not send. */
async function sendWaiting() {
  const letters = waiting();
  if (letters.length === 0) return;
  tell(`Sending ${letters.length === 1 ? 'a score' : `${letters.length} scores`} from an earlier visit…`);
  for (const letter of letters) {
    try {
      await post(letter, (problem) => tell(`Scores of an earlier visit wait here. ${problem}`, 'bad'));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(`A score of ${letter.body.action} was refused. ${error.text}`, 'bad');
      return;
    }
  }
  tell('Scores of an earlier visit are saved.', 'good');
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { target } = event;
  if (target === comment) {
    if (event.key === 'Escape') slider.focus();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
    return;
  }
  const typing = target instanceof HTMLInputElement && target.type !== 'range';
  if (stage.hidden || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLSelectElement || (target instanceof Element && target.closest('summary, a')))
    return;
  const onButton = target instanceof HTMLButtonElement;
  const now = performance.now();
  if (/^[0-9]$/.test(event.key)) {
    if (event.key === '0' && now - state.oneAt < TEN_MS) setScore(10);
    else setScore(Number(event.key));
    state.oneAt = event.key === '1' ? now : 0;
  } else if (event.key === '.' || event.key === ',') {
    if (state.score !== null) setScore(state.score % 1 === 0 ? state.score + 0.5 : state.score - 0.5);
  } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    const by = event.key === 'ArrowUp' ? state.step : -state.step;
    setScore((state.score ?? (state.scale[0] + state.scale[1]) / 2 - by) + by);
  } else if (event.key === 'ArrowLeft') player.seek(player.frame - 1);
  else if (event.key === 'ArrowRight') player.seek(player.frame + 1);
  else if (event.key === ' ' && !onButton) player.toggle();
  else if (event.key === 'Enter' && !onButton) submit();
  else if (event.key === 'c') comment.focus();
  else return;
  event.preventDefault();
}

/**
 * @param {any[]} products
 * @param {boolean} demo
 */
function startForm(products, demo) {
  const product = /** @type {HTMLSelectElement} */ (
    el('select', { id: 'product' }, ...products.map((one) => el('option', { value: one.name }, one.title)))
  );
  const asked = products.find((one) => `#${one.name}` === location.hash);
  if (asked !== undefined) product.value = asked.name;
  const rater = /** @type {HTMLInputElement} */ (
    el('input', { id: 'rater', required: true, maxlength: '200', autocomplete: 'name' })
  );
  rater.value = localStorage.getItem(RATER) ?? '';
  const round = /** @type {HTMLInputElement} */ (
    el('input', { id: 'round', type: 'number', min: '1', max: '1000', required: true })
  );
  round.value = '1';
  const start = el(
    'form',
    { class: 'panel start' },
    el('p', {}, el('label', { for: 'product' }, 'What'), product),
    demo ? el('p', {}, el('label', { for: 'rater' }, 'Your name'), rater) : null,
    el('p', {}, el('label', { for: 'round' }, 'Round'), round),
    el('button', { type: 'submit', class: 'primary' }, 'Start'),
    el('p', { class: 'muted' }, 'You see nobody’s scores before you have given your own.'),
  );
  start.addEventListener('submit', (event) => {
    event.preventDefault();
    state.product = product.value;
    state.round = Number(round.value);
    state.rater = demo ? rater.value.trim() : undefined;
    if (state.rater !== undefined) localStorage.setItem(RATER, state.rater);
    byId('start').querySelector('.notice')?.remove();
    tell('');
    next().then(() => slider.focus());
  });
  return start;
}

openSession(async (session) => {
  const place = byId('start');
  stage.hidden = true;
  if (session.role === null || session.role === 'viewer') {
    const text =
      session.role === null ? 'Enter an API key to score.' : 'Scoring needs a key with the role expert.';
    place.replaceChildren(notice('empty', text));
    return;
  }
  place.replaceChildren(notice('loading', 'Loading…'));
  try {
    const { products } = await ask('/v1/products');
    const scored = products.filter((/** @type {any} */ one) => one.scored);
    if (scored.length === 0) place.replaceChildren(notice('empty', 'No product is scored by experts here.'));
    else place.replaceChildren(startForm(scored, session.mode === 'demo'));
    await sendWaiting();
  } catch (error) {
    place.replaceChildren(notice('bad', textOf(error), () => location.reload()));
  }
});

// Only inside the stage: single keys must not act where somebody reads or types something else.
stage.addEventListener('keydown', onKey);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
slider.addEventListener('input', () => setScore(Number(slider.value)));
// A click on the middle changes no value, and yet it is a score.
slider.addEventListener('pointerup', () => setScore(Number(slider.value)));
frames.addEventListener('input', () => player.seek(Number(frames.value)));
byId('play').addEventListener('click', () => player.toggle());
byId('back').addEventListener('click', () => player.seek(player.frame - 1));
byId('forth').addEventListener('click', () => player.seek(player.frame + 1));
window.addEventListener('beforeunload', (event) => {
  if (state.saving || (state.score !== null && state.clip !== null)) event.preventDefault();
});
