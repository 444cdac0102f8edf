// @ts-check

// A classic script: the bundle before it defines SwaggerUIBundle as a global.
const { SwaggerUIBundle } = /** @type {any} */ (window);

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  // Nothing of the API is sent to a validator elsewhere.
  validatorUrl: null,
  requestInterceptor: (/** @type {{ headers: Record<string, string> }} */ request) => {
    const key = sessionStorage.getItem('touchline-key');
    if (key !== null && request.headers.Authorization === undefined)
      request.headers.Authorization = `Bearer ${key}`;
    return request;
  },
});
