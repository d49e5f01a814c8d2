/** What every route is given, and the router's type: requests whose path was matched. */
import { Router, type IRequest } from "itty-router";

/** A route's arguments after the request. */
export type Context = [env: Env];
export type RoutedRequest = IRequest & Request;

/** An empty router of the kind all routes are registered on. */
export function newRouter() {
  return Router<RoutedRequest, Context>();
}
export type ApiRouter = ReturnType<typeof newRouter>;
