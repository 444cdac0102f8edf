import { renderDriftPage } from '../../../monitoring/drift/page.ts';
import { driftQuery } from '../drift-query.ts';
import { findProduct, productParam } from '../product-param.ts';
import { defineRoute, STATIC_PAGE_HEADERS } from '../route.ts';

export const driftPage = defineRoute({
  method: 'get',
  path: '/v1/drift/:product/page',
  access: 'viewer',
  tag: 'monitoring',
  summary: 'The drift report as a page, with both distributions side by side',
  params: productParam,
  query: driftQuery,
  answer: { description: 'One self-contained HTML file', type: 'text/html' },
  errors: ['NOT_FOUND'],
  async handle({ params, query }, { products, driftReports }) {
    const product = findProduct(products, params.product);
    const days = query.days ?? product.windowDays;
    const report = await driftReports.report(product, days);
    const heading = `${product.title}: drift of the last ${days} days`;
    return {
      headers: STATIC_PAGE_HEADERS,
      text: { type: 'html', content: renderDriftPage(report, heading) },
    };
  },
});
