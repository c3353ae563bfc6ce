export { ingressConfig, type IngressConfig } from './config.ts';
