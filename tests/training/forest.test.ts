import { forest } from '../../training/forest/forest.ts';
import { estimatorConformance } from '../conformance/estimator.ts';

estimatorConformance(forest, { params: { trees: 60 } });
