/** What our server says of where a request comes from; a client can't choose it. */
export const clientAddressHeader = 'x-drawbridge-client-address';
