import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../serving/api/pages.ts';
import { type Fixture, openFixture } from './fixture.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let fixture: Fixture;
let api: ReturnType<typeof request>;
beforeAll(() => {
  fixture = openFixture();
  api = request(fixture.app().express);
});
afterAll(() => fixture.close());

describe('the pages', () => {
  it.each(pages.entries)('$name has its script, and a link to every page', async ({ name, path }) => {
    const { text } = await api.get(path).expect(200).expect('Content-Type', /html/);
    expect(text).toContain(`<script type="module" src="/ui/${name}.js"></script>`);
    const links = [...text.matchAll(/<a href="([^"]+)"(?: aria-current="page")?>([^<]+)<\/a>/g)];
    const navigation = pages.entries.map((page) => [page.path, page.label]);
    expect(links.map(([, to, label]) => [to, label])).toEqual(expect.arrayContaining(navigation));
    await api
      .get(`/ui/${name}.js`)
      .expect(200)
      .expect('Content-Type', /javascript/);
  });
});

describe('an unknown address', () => {
  it('shows people a page with a link to the start, and their input as text', async () => {
    const { text, headers } = await api
      .get('/nowhere/%3Cscript%3Ealert(1)%3C/script%3E')
      .set('Accept', BROWSER)
      .expect(404)
      .expect('Content-Type', /html/);
    expect(text).toContain('<a href="/">');
    expect(text).not.toContain('<script');
    expect(headers['content-security-policy']).not.toContain('script-src');
  });

  it.each([
    ['accepts JSON', 'get', 'application/json'],
    ['accepts anything', 'get', '*/*'],
    ['posts', 'post', BROWSER],
  ] as const)('answers a program that %s with a JSON error', async (_name, method, accept) => {
    const { body } = await api[method]('/nowhere').set('Accept', accept).expect(404);
    expect(body.error).toMatchObject({ code: 'NOT_FOUND', error_id: expect.any(String) });
  });

  it('says at which path a product is that was posted to another one', async () => {
    const { body } = await api.post('/v1/jumps/predict').send({}).expect(404);
    expect(body.error.message).toBe(
      "There is nothing at POST /v1/jumps/predict: the product 'jumps' is at POST /v1/jumps/score.",
    );
  });
});
