// A page to read: it sends no requests but for the description itself.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  supportedSubmitMethods: [],
  // Would show the description to a service on the internet.
  validatorUrl: null,
  defaultModelRendering: "model",
  defaultModelExpandDepth: 2,
});
