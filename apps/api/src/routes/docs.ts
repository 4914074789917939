import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";
import { sendJson } from "../send-json.ts";
import { ownContentOnly } from "./own-content-only.ts";

/** GET /openapi.json. The description is made when it is asked for first: every process starts faster for it. */
export function descriptionRoutes(): Router {
  const router = Router();
  router
    .route("/")
    .get(async (_request, response) => {
      const { openApiDocument } = await import("../openapi/document.ts");
      sendJson(response, openApiDocument);
    })
    .all(onlyMethods("GET"));
  return router;
}

const PAGE = { index: "index.html", files: ["page.js", "page.css"] };
const SWAGGER_UI_FILES = ["swagger-ui-bundle.js", "swagger-ui.css"];

/** GET /docs: a page to read the description. All of it comes from here, so it works without the internet. */
export function docsRoutes(): Router {
  const pageFolder = fileURLToPath(new URL("../../docs-page", import.meta.url));
  const swaggerUi = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const router = Router();
  router.use(ownContentOnly);
  serve("/", PAGE.index, pageFolder);
  for (const file of PAGE.files) serve(`/${file}`, file, pageFolder);
  for (const file of SWAGGER_UI_FILES) serve(`/${file}`, file, swaggerUi);
  return router;

  function serve(path: string, file: string, root: string): void {
    router
      .route(path)
      .get((_request, response, next) => {
        response.sendFile(file, { root }, (error) => {
          if (error) next(error);
        });
      })
      .all(onlyMethods("GET"));
  }
}
