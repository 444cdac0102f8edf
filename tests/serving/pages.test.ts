import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, openFixture } from './fixture.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('an unknown address', () => {
  let fixture: Fixture;
  let api: ReturnType<typeof request>;
  beforeAll(() => {
    fixture = openFixture();
    api = request(fixture.app().express);
  });
  afterAll(() => fixture.close());

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
});
