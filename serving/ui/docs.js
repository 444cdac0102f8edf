// @ts-check
import { storedKey } from './api.js';

/** @typedef {{ headers: Record<string, string> }} SwaggerRequest */
/** @typedef {{ SwaggerUIBundle: (options: Record<string, unknown>) => void }} SwaggerGlobals set by the bundle */

const { SwaggerUIBundle } = /** @type {SwaggerGlobals} */ (/** @type {unknown} */ (window));

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  // Do not send the document to an external validator.
  validatorUrl: null,
  requestInterceptor: (/** @type {SwaggerRequest} */ request) => {
    const key = storedKey();
    if (key !== null && request.headers.Authorization === undefined)
      request.headers.Authorization = `Bearer ${key}`;
    return request;
  },
});
