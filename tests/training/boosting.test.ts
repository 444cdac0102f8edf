import { boosting } from '../../training/boosting/boosting.ts';
import { estimatorConformance } from '../conformance/estimator.ts';

estimatorConformance(boosting, { params: { trees: 60 } });
