/** The product's version, the same in health, document and clients. */
export const VERSION = '0.1.0';
