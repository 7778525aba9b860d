"""HTTP only: read the request, authorise, call one service, show the answer."""
