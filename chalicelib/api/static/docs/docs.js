"use strict";
const place = document.getElementById("docs");
SwaggerUIBundle({
  domNode: place,
  url: new URL(place.dataset.openapi, location.href).href,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
